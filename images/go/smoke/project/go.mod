module project

go 1.24
