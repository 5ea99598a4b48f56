package expr

import (
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// collationUsers are the functions that fail without a collation, with the words of the failure.
var collationUsers = func() map[string]string {
	m := map[string]string{}
	add := func(what string, sources ...string) {
		for _, s := range sources {
			m[s] = what
		}
	}
	add("string comparison", "texteq", "textne", "text_lt", "text_le", "text_gt", "text_ge", "bttextcmp", "text_larger", "text_smaller",
		"bpchareq", "bpcharne", "bpcharlt", "bpcharle", "bpchargt", "bpcharge", "bpcharcmp", "bpchar_larger", "bpchar_smaller",
		"nameeqtext", "namenetext", "namelttext", "nameletext", "namegttext", "namegetext", "texteqname", "textnename", "textltname", "textlename",
		"textgtname", "textgename", "textpos", "replace_text", "split_part")
	add("LIKE", "textlike", "textnlike", "namelike", "namenlike")
	add("ILIKE", "texticlike", "texticnlike", "nameiclike", "nameicnlike")
	add("lower() function", "lower")
	add("upper() function", "upper")
	add("initcap() function", "initcap")
	add("regular expression", "textregexeq", "textregexne", "texticregexeq", "texticregexne", "nameregexeq", "nameregexne", "nameicregexeq",
		"nameicregexne", "regexp_like", "regexp_like_no_flags", "regexp_match", "regexp_match_no_flags", "textregexsubstr")
	return m
}()

// collated gives a kernel that fails where the function needs a collation and the arguments' conflict.
func collated(k Kernel, f *Func) Kernel {
	if f.In != types.NoCollation {
		return k
	}
	what, uses := collationUsers[f.Proc.Src]
	if !uses {
		return k
	}
	for _, a := range f.Proc.ArgTypes {
		if typeCollation(types.OID(a)) != types.NoCollation {
			return func(*Call, *vector.Column, []int32) error {
				return pgerr.New(pgerr.IndeterminateCollation, "could not determine which collation to use for %s", what).
					WithHint("Use the COLLATE clause to set the collation explicitly.")
			}
		}
	}
	return k
}
