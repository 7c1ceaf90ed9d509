package cart

func Size(items []string) int {
	if items == nil {
		return 0
	}
	count := len(items)
	return count
}
