# Reads the table of explained survivors and then PIT's CSV; prints survivors and the tally.
BEGIN {
  width = 44
}

function trimmed(text) {
  gsub(/^[ `]+|[ `]+$/, "", text)
  return text
}

function short(name) {
  sub(/^io\.github\.gmem4j\./, "", name)
  return name
}

function add(group, status) {
  if (!(group in all)) {
    order[++groups] = group
  }
  all[group]++
  number[group, status]++
}

# Explanations: | class | method | mutator | how many | why |
FNR == NR {
  if (split($0, cell, "|") >= 6 && trimmed(cell[5]) ~ /^[0-9]+$/) {
    allowed[trimmed(cell[2]) "#" trimmed(cell[3]) "#" trimmed(cell[4])] += trimmed(cell[5])
  }
  next
}

# PIT: file,class,mutator,method,line,status,killing test
{
  split($0, cell, ",")
  class = short(cell[2])
  package = class
  sub(/\.[^.]*$/, "", package)
  mutator = cell[3]
  sub(/.*\./, "", mutator)
  method = cell[4]
  status = cell[6]
  seen[class] = 1
  if (status == "SURVIVED" || status == "NO_COVERAGE") {
    key = class "#" method "#" mutator
    if (used[key] < allowed[key]) {
      used[key]++
      status = "EXPLAINED"
    } else {
      printf "%s:%s: %s in %s, %s\n", class, cell[5], mutator, method, \
        status == "SURVIVED" ? "survived" : "not covered"
    }
  }
  add(package, status)
  add(class ~ /^core\.(vmm|memory|vcpu|vm)\./ ? "core: vmm, memory, vcpu, vm" : module, status)
}

function row(group,    killed, good) {
  killed = number[group, "KILLED"] + number[group, "TIMED_OUT"] + number[group, "MEMORY_ERROR"] \
    + number[group, "RUN_ERROR"]
  good = killed + number[group, "EXPLAINED"]
  printf "%-" width "s %7d %7d %9d %9d %9d %11d %5.1f %% %5.1f %%\n", group, all[group], \
    number[group, "KILLED"], number[group, "TIMED_OUT"], number[group, "EXPLAINED"], \
    number[group, "SURVIVED"], number[group, "NO_COVERAGE"], 100 * killed / all[group], \
    100 * good / all[group]
  return killed / all[group]
}

END {
  printf "%-" width "s %7s %7s %9s %9s %9s %11s %7s %s\n", "", "mutants", "killed", "timed out", \
    "explained", "survived", "not covered", "killed", "or explained"
  for (i = 1; i <= groups; i++) {
    share = row(order[i])
    # Packages may differ; what is promised is promised of the whole.
    if (order[i] == "core: vmm, memory, vcpu, vm" && share < 0.92 \
        || (order[i] == module || order[i] == "core.tracker") && share < 0.88) {
      low = low "\nbelow what CONTRIBUTING.md asks: " order[i]
    }
  }
  for (key in allowed) {
    split(key, cell, "#")
    if (cell[1] in seen && used[key] < allowed[key]) {
      stale = stale "\nexplained, but there are fewer: " key
    }
  }
  if (low stale != "") {
    print substr(low stale, 2)
  }
  exit low != ""
}
