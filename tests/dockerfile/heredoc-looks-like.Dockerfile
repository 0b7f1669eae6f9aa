FROM a
RUN echo $((1<<2))
RUN cat <<<word
RUN echo "<<EOF"
RUN echo '<<EOF' "x <<EOF"
RUN echo <<
RUN echo a<<EOF
RUN ["<<EOF"]
CMD cat <<EOF
RUN x <<"" y
