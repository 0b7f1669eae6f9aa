FROM a
RUN --mount="type=bind,target=/a b" --mount=type=cache\ x,target=/c '--network=none' x
RUN --mount=type=secret,"id=a" --mo"unt=type=tmpfs,target=/x" y
RUN --mount=a='b"c' --security="a\"b" z
