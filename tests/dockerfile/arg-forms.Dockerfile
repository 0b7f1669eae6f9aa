ARG A
ARG B=1 C="two words" D=
FROM a:${B}
ARG A B=${C:-x} E="q\"q"
ARG F=a\ b
