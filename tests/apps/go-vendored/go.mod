module example.com/go-vendored

go 1.27

require example.com/greeting v1.0.0

replace example.com/greeting => ../greeting
