FROM a
COPY <<a.txt <<"b.txt" c /d/
A $x
a.txt
B $x
b.txt
ADD --chown=1 <<-E /e
	one
		two
	E
COPY <<EOF /f
EOF
