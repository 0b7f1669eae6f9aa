FROM a
COPY a b c/
COPY --from=0 --chown=1:1 --chmod=0644 --link a /b
COPY ["a\u0020b", "/c d/"]
COPY [ "x" ,\
 "y" ]
COPY "a b" c
COPY a\ b c
