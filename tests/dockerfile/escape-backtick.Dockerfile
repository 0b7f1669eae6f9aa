# escape=`
FROM a
COPY C:\x\ D:\y
RUN dir c:\ `
  `
  && echo ``
ENV a=b` c d="e`"f"
