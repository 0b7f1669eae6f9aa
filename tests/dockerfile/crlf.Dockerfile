# escape=`
FROM a
RUN a `
  b

RUN <<EOF
echo
EOF
CMD ["x"]
