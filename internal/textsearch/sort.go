package textsearch

// sortLikeServer sorts as PostgreSQL's qsort does, move by move (Bentley and McIlroy, "Engineering a sort function"). It is
// for lists where elements that compare equal differ in what comes of them, so that the order among them can be seen.
func sortLikeServer[T any](a []T, compare func(x, y T) int) {
	for {
		n := len(a)
		if n < 7 {
			for m := 1; m < n; m++ {
				for l := m; l > 0 && compare(a[l-1], a[l]) > 0; l-- {
					a[l], a[l-1] = a[l-1], a[l]
				}
			}
			return
		}
		sorted := true
		for m := 1; m < n && sorted; m++ {
			sorted = compare(a[m-1], a[m]) <= 0
		}
		if sorted {
			return
		}
		left, right := partition(a, compare)
		if len(left) > len(right) {
			left, right = right, left
		}
		sortLikeServer(left, compare)
		a = right
	}
}

// partition puts the elements less than a middle one first, those greater last, those equal between them.
func partition[T any](a []T, compare func(x, y T) int) (less, greater []T) {
	n := len(a)
	median := func(i, j, k int) int {
		if compare(a[i], a[j]) < 0 {
			switch {
			case compare(a[j], a[k]) < 0:
				return j
			case compare(a[i], a[k]) < 0:
				return k
			}
			return i
		}
		switch {
		case compare(a[j], a[k]) > 0:
			return j
		case compare(a[i], a[k]) < 0:
			return i
		}
		return k
	}
	middle := n / 2
	if n > 7 {
		low, high := 0, n-1
		if n > 40 {
			d := n / 8
			low = median(low, low+d, low+2*d)
			middle = median(middle-d, middle, middle+d)
			high = median(high-2*d, high-d, high)
		}
		middle = median(low, middle, high)
	}
	a[0], a[middle] = a[middle], a[0]
	// Equal elements gather at both ends, before equalLow and behind equalHigh.
	equalLow, low, high, equalHigh := 1, 1, n-1, n-1
	for {
		for ; low <= high; low++ {
			c := compare(a[low], a[0])
			if c > 0 {
				break
			}
			if c == 0 {
				a[equalLow], a[low] = a[low], a[equalLow]
				equalLow++
			}
		}
		for ; low <= high; high-- {
			c := compare(a[high], a[0])
			if c < 0 {
				break
			}
			if c == 0 {
				a[high], a[equalHigh] = a[equalHigh], a[high]
				equalHigh--
			}
		}
		if low > high {
			break
		}
		a[low], a[high] = a[high], a[low]
		low++
		high--
	}
	swap := func(i, j, n int) {
		for k := range n {
			a[i+k], a[j+k] = a[j+k], a[i+k]
		}
	}
	d := min(equalLow, low-equalLow)
	swap(0, low-d, d)
	d = min(equalHigh-high, n-equalHigh-1)
	swap(low, n-d, d)
	return a[:low-equalLow], a[n-(equalHigh-high):]
}
