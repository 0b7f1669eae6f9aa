#   Syntax   =   docker/dockerfile:1   
#escape = `
# check=skip=all;error=true
FROM a
RUN a `
b
