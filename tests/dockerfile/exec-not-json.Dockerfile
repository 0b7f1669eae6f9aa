FROM a
CMD ['a', 'b']
CMD ["a",]
CMD ["a" "b"]
CMD [a]
RUN [ -f x ] && y
ENTRYPOINT ["a\q"]
CMD ["tab	here"]
CMD {"a": 1}
CMD "a"
VOLUME [/a
