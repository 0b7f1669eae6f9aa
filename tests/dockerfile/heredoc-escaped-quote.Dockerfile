FROM a
RUN cat <<eo\'f
x
eo'f
RUN cat <<eo\"f
y
eo"f
RUN cat <<E\OF
z
EOF
