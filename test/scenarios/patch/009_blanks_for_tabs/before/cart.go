package cart

func Size(items []string) int {
	if items == nil {
		return 0
	}
	return len(items)
}
