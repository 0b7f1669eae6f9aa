FROM a
RUN echo é 😀
ENV é=ü
USER  x 
COPY a b 　c
