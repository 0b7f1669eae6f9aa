FROM a
LABEL a=b "c d"="e f" g.h='i "j"'
LABEL old form here
LABEL x="line \
  two" y=z
LABEL q='a\'
LABEL r=é
