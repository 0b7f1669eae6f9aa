FROM a
RUN cat <<'EOF'
$x \
# not a comment
FROM b
EOF
RUN cat <<"EOF" > /x
y
EOF
RUN cat <<E'O'F
z
EOF
