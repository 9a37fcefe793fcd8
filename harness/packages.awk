# Names a package of node_modules that is not the one of the lock file, or is missing; exit code 1 if there is one.
# Usage: awk -f packages.awk package-lock.json node_modules/.package-lock.json
# Only contents count: git changes the times of files. npm leaves out optional packages for other computers.
FNR == 1 { file++ }
/^    "node_modules\// { name = $1; gsub(/[":]/, "", name); sub(/^node_modules\//, "", name) }
/^    }/ { name = "" }
name == "" { next }
/^      "(version|integrity)":/ {
	if (file == 1) wanted[name] = wanted[name] $2
	else found[name] = found[name] $2
}
/^      "optional": true/ { optional[name] = 1 }
END {
	for (name in wanted) {
		if (!(name in found) && name in optional) continue
		if (name in found && found[name] == wanted[name]) continue
		print name
		exit 1
	}
	for (name in found)
		if (!(name in wanted)) {
			print name
			exit 1
		}
}
