FROM a
ADD https://example.com/x.tar.gz /opt/
ADD --checksum=sha256:00 --keep-git-dir=true https://example.com/r.git /r
ADD ["a b", "c", "/d/"]
