-- Puts turns of the store of record in their places among those held, whose order never changes, and calls the
-- conversation whole. A turn that is not held stands before the next one that is; those after the last such stand right
-- behind it, and before all that is held if there is none. Does nothing if the conversation was cleared since the fence.
--
-- KEYS  1 turns, 2 ids, 3 state, 4 conversations of the tenant, 5 the tenant's erasure, not used
-- ARGV  1 most turns, 2 most ids, 3 time to live in ms, 4 this conversation among the tenant's, 5 fence, or '' for none,
--       then for each turn: id, payload
-- gives {'1' if whole, fence, turn...}
local fence = redis.call('HGET', KEYS[3], 'fence')
local held = redis.call('LRANGE', KEYS[1], 0, -1)
if ARGV[5] ~= '' and fence ~= ARGV[5] then
  table.insert(held, 1, fence or '')
  table.insert(held, 1, redis.call('HGET', KEYS[3], 'whole') and '1' or '')
  return held
end

local function id_of(frame)
  return string.sub(frame, 20, 19 + tonumber(string.sub(frame, 16, 19)))
end

local is_held, places, anchor = {}, {}, 0
for i = 6, #ARGV, 2 do
  places[ARGV[i]] = i
end
for i, frame in ipairs(held) do
  is_held[id_of(frame)] = true
  if places[id_of(frame)] then
    anchor = i
  end
end

local merged, from = {}, 6
local function add_until(last)
  while from < last do
    if not is_held[ARGV[from]] then
      -- of an unknown time: what is cleared takes it along
      merged[#merged + 1] = string.format('%015d%04d', 0, #ARGV[from]) .. ARGV[from] .. ARGV[from + 1]
    end
    from = from + 2
  end
end
if anchor == 0 then
  add_until(#ARGV)
end
for i, frame in ipairs(held) do
  local place = places[id_of(frame)]
  if place then
    add_until(place)
  end
  merged[#merged + 1] = frame
  if i == anchor then
    add_until(#ARGV)
  end
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('DEL', KEYS[1])
for i = 1, #merged, 1000 do
  redis.call('RPUSH', KEYS[1], unpack(merged, i, math.min(i + 999, #merged)))
end
redis.call('LTRIM', KEYS[1], -tonumber(ARGV[1]), -1)
for i = 6, #ARGV, 2 do
  if not redis.call('ZSCORE', KEYS[2], ARGV[i]) then
    redis.call('ZADD', KEYS[2], redis.call('HINCRBY', KEYS[3], 'seq', 1), ARGV[i])
  end
end
redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -tonumber(ARGV[2]) - 1)
redis.call('HSET', KEYS[3], 'whole', '1', 'length', redis.call('LLEN', KEYS[1]))
for i = 1, 3 do
  redis.call('PEXPIRE', KEYS[i], ARGV[3])
end
redis.call('ZREMRANGEBYSCORE', KEYS[4], 0, now)
redis.call('ZADD', KEYS[4], now + tonumber(ARGV[3]), ARGV[4])
if redis.call('PTTL', KEYS[4]) < tonumber(ARGV[3]) then
  redis.call('PEXPIRE', KEYS[4], ARGV[3])
end
local turns = redis.call('LRANGE', KEYS[1], 0, -1)
table.insert(turns, 1, fence or '')
table.insert(turns, 1, '1')
return turns
