FROM a
RUN echo \\
RUN echo \\\
RUN x
