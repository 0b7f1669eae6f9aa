module example.com/go-cmds

go 1.27.3
