-- What every script shares: the parameters, the check of each answer, and the figures in one line.
-- An answer that is not as expected is counted; a run with one of them is void.

local threads = {}
local expected_status, expected_text

function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end

function load_parameters(path)
  local parameters = dofile(path)
  expected_status, expected_text = parameters.status, parameters.text
  return parameters
end

wrong, first_wrong = 0, ""

function check(status, body, want, text)
  if status ~= (want or expected_status) or (text and not string.find(body, text, 1, true)) then
    wrong = wrong + 1
    if wrong == 1 then first_wrong = status .. " " .. string.sub(body, 1, 200) end
    return false
  end
  return true
end

function done(summary, latency)
  local count, example = 0, ""
  for _, thread in ipairs(threads) do
    count = count + thread:get("wrong")
    if thread:get("first_wrong") ~= "" then example = thread:get("first_wrong") end
  end
  local errors = summary.errors
  local lost = errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format("\nFIGURES %d %d %d %.1f %.1f %d %s\n", summary.requests,
    summary.duration, latency:percentile(99), latency:percentile(50), latency.max,
    count + lost, (string.gsub(example, "%s+", " "))))
end
