FROM a
CMD ["a", "b c", "\"d\"", "\\e", "\/", "\b\f\n\r\t"]
ENTRYPOINT ["\u00e9", "\ud83d\ude00", "é"]
RUN [ "x" ]
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
CMD []
VOLUME ["/a", "/b"]
CMD   ["z"]   
