from a
RuN b
FOO bar baz
run
CMD
