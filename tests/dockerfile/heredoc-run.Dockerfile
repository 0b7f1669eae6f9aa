FROM a
RUN <<EOF
set -e

# comment
EOF
RUN python3 <<EOF
print(1)
EOF
RUN cat <<EOF > /x
y
EOF
RUN set -e; cat <<A && cat <<B
a
A
b
B
RUN 3<<EOF cat <&3
z
EOF
RUN <<A <<B
1
A
2
B
