ARG V=1
FROM a:${V}@sha256:00 as One
from --platform=linux/amd64 One AS two
FROM scratch
FrOm two As three
FROM	a	AS	b
