-- Appends turns of one conversation in their order, each id once, drops the oldest beyond the limit and begins the time to
-- live anew, in one atomic step. Repeating it changes nothing, as long as the ids are remembered.
--
-- A turn that waited on a node brings how long ago it was appended there, so that what was cleared or erased since is not
-- brought back by it; and the name of the clearing that it came after there, which may be carried out late.
--
-- KEYS  1 turns, 2 ids, 3 state, 4 conversations of the tenant, 5 the tenant's erasure
-- ARGV  1 most turns, 2 most ids, 3 time to live in ms, 4 this conversation among the tenant's,
--       then for each turn: id, payload, ms since it was appended or '' if it comes at once, a clearing or ''
-- gives for each turn 1 if it was added, 0 if its id is known, -1 if it was cleared or erased
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local state = redis.call('HMGET', KEYS[3], 'wiped', 'wiper')
local wiped, wiper = tonumber(state[1] or '0'), state[2]
local erased = tonumber(string.match(redis.call('GET', KEYS[5]) or '0', '^%d+'))

local function is_forgotten(ago, after)
  local appended = now - tonumber(ago)
  return appended < erased or (appended < wiped and after ~= wiper)
end

-- a server that evicts keys may have taken the ids and left the turns
if redis.call('EXISTS', KEYS[2]) == 0 then
  for i, frame in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
    local length = tonumber(string.sub(frame, 16, 19))
    redis.call('ZADD', KEYS[2], i - 100000, string.sub(frame, 20, 19 + length))
  end
end

local outcomes, added = {}, 0
for i = 5, #ARGV, 4 do
  local id, payload, ago, after = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  if ago ~= '' and is_forgotten(ago, after) then
    outcomes[#outcomes + 1] = -1
  elseif redis.call('ZSCORE', KEYS[2], id) then
    outcomes[#outcomes + 1] = 0
  else
    redis.call('RPUSH', KEYS[1], string.format('%015d%04d', now, #id) .. id .. payload)
    redis.call('ZADD', KEYS[2], redis.call('HINCRBY', KEYS[3], 'seq', 1), id)
    outcomes[#outcomes + 1] = 1
    added = added + 1
  end
end

if added > 0 then
  redis.call('LTRIM', KEYS[1], -tonumber(ARGV[1]), -1)
  redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -tonumber(ARGV[2]) - 1)
  redis.call('HSET', KEYS[3], 'length', redis.call('LLEN', KEYS[1]))
  for i = 1, 3 do
    redis.call('PEXPIRE', KEYS[i], ARGV[3])
  end
  redis.call('ZREMRANGEBYSCORE', KEYS[4], 0, now)
  redis.call('ZADD', KEYS[4], now + tonumber(ARGV[3]), ARGV[4])
  if redis.call('PTTL', KEYS[4]) < tonumber(ARGV[3]) then
    redis.call('PEXPIRE', KEYS[4], ARGV[3])
  end
end
return outcomes
