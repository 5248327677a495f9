-- What wrk sends, and how it looks at the answers: each has the X-Request-Id of its own request, and is compared with
-- what that one must be answered. The first argument is a file of requests.

answers, wrong, failed, example = 0, 0, 0, ""
local texts, expected, constant = {}, {}, nil
local threads = {}
local next = 0

function setup(thread)
  threads[#threads + 1] = thread
end

function init(args)
  local given = dofile(args[1])
  constant = given.constant
  for i, each in ipairs(given.requests) do
    local headers = { ["Content-Type"] = "application/json", ["X-Request-Id"] = each.id }
    texts[i] = wrk.format("POST", given.path, headers, each.body)
    expected[each.id] = each.expected
  end
end

function request()
  next = next % #texts + 1
  return texts[next]
end

function response(status, headers, body)
  answers = answers + 1
  if status ~= 200 then
    failed = failed + 1
    if example == "" then example = status .. " " .. body end
  elseif body ~= (constant or expected[headers["x-request-id"]]) then
    wrong = wrong + 1
    if example == "" then example = body end
  end
end

local function quoted(text)
  return '"' .. text:sub(1, 300):gsub('[%c"\\\128-\255]', function(c) return string.format("\\u%04x", c:byte()) end) .. '"'
end

function done(summary, latency)
  local count = { answers = 0, wrong = 0, failed = 0 }
  local text = ""
  for _, thread in ipairs(threads) do
    for name in pairs(count) do count[name] = count[name] + thread:get(name) end
    if text == "" then text = thread:get("example") end
  end
  local errors = summary.errors
  print(string.format(
    '{"answers":%d,"wrong":%d,"failed":%d,"broken":%d,"seconds":%.6f,"p50Ms":%.3f,"p99Ms":%.3f,"cpuSeconds":%.2f,"example":%s}',
    count.answers, count.wrong, count.failed, errors.connect + errors.read + errors.write + errors.timeout,
    summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, os.clock(), quoted(text)
  ))
end
