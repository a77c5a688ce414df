-- Acknowledges what a consumer has handled, and gives it new events: of each priority so many as it wants, and then,
-- within its budget, more of those that have more. A group that is gone (the server was started empty) begins anew with
-- the oldest event.
--
-- KEYS  1-4 the streams
-- ARGV  1 group, 2 consumer, 3 budget, 4-7 how many of each priority, 8-11 how many are acknowledged of each, then their
--       ids in this order
-- gives for each priority a list of entries
local group, consumer = ARGV[1], ARGV[2]
local at = 12
for p = 1, 4 do
  local last = at + tonumber(ARGV[7 + p]) - 1
  for from = at, last, 500 do
    redis.call('XACK', KEYS[p], group, unpack(ARGV, from, math.min(from + 499, last)))
  end
  at = last + 1
end

local taken = {{}, {}, {}, {}}

-- answers how many came, of this group or not
local function read(p, count)
  local answer = redis.pcall('XREADGROUP', 'GROUP', group, consumer, 'COUNT', count, 'STREAMS', KEYS[p], '>')
  if answer and answer.err then
    if string.sub(answer.err, 1, 7) ~= 'NOGROUP' then
      return -1, answer.err
    end
    redis.call('XGROUP', 'CREATE', KEYS[p], group, '0', 'MKSTREAM')
    answer = redis.call('XREADGROUP', 'GROUP', group, consumer, 'COUNT', count, 'STREAMS', KEYS[p], '>')
  end
  if not answer then
    return 0
  end
  local entries = answer[1][2]
  for _, entry in ipairs(entries) do
    local redrivenFor = entry[2][12]
    if redrivenFor == '' or redrivenFor == group then
      table.insert(taken[p], entry)
    else
      redis.call('XACK', KEYS[p], group, entry[1])
    end
  end
  return #entries
end

local budget = tonumber(ARGV[3])
local full = {}
for p = 1, 4 do
  local wanted = tonumber(ARGV[3 + p])
  if wanted > 0 then
    local came, failure = read(p, wanted)
    if failure then
      return redis.error_reply(failure)
    end
    budget = budget - came
    if came == wanted then
      full[#full + 1] = p
    end
  end
end
local weights, all = {8, 4, 2, 1}, 0
for _, p in ipairs(full) do
  all = all + weights[p]
end
local spare = budget
for _, p in ipairs(full) do
  local more = math.min(budget, math.ceil(spare * weights[p] / all))
  if more > 0 then
    local came, failure = read(p, more)
    if failure then
      return redis.error_reply(failure)
    end
    budget = budget - came
  end
end
return taken
