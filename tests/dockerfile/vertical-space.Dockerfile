FROMa
RUNa  b
ENV ab

EXPOSE 12
