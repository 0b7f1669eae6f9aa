FR\
OM a
R\
\
UN b\
c
\
RUN d
