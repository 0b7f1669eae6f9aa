FROM a
ENV a b c
ENV a=b\ c "d e"=f g='h i' j="k \" l"
ENV a=  b=c
ENV   x   y  z  
ENV P=$HOME/bin:${P:-/bin} Q=\$x
ENV a b=c
ENV e=""
ENV w=a\
 b=c
