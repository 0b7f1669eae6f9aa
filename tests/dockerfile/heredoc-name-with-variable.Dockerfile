FROM a
RUN <<$E
x
$E
RUN <<E"x y"F
x
Ex yF
