module howdah

go 1.26
