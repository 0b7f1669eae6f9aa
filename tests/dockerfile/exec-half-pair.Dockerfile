FROM a
CMD ["\ud800", "\udc00x", "\ud800\u0041"]
