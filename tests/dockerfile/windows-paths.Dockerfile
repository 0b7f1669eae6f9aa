FROM a
COPY a C:\x\
RUN x
WORKDIR C:\\y
