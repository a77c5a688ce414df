-- Gives the newest turns of a conversation; if they are not whole and can be loaded, all of them, under a fence that will
-- tell whether the conversation was cleared while they were loaded.
--
-- KEYS  1 turns, 2 state, 3 conversations of the tenant
-- ARGV  1 how many, 2 a fence, used if there is none, or '' if nothing can be loaded, 3 time to live in ms,
--       4 this conversation among the tenant's
-- gives {'1' if whole, fence, turn...}
local state = redis.call('HMGET', KEYS[2], 'whole', 'fence', 'length')
-- a server that evicts keys may have taken the turns and left the state
local whole = state[1] and tonumber(state[3] or '0') == redis.call('LLEN', KEYS[1])
if whole or ARGV[2] == '' then
  local turns = redis.call('LRANGE', KEYS[1], -tonumber(ARGV[1]), -1)
  table.insert(turns, 1, '')
  table.insert(turns, 1, whole and '1' or '')
  return turns
end
local fence = state[2]
if not fence then
  fence = ARGV[2]
  redis.call('HSET', KEYS[2], 'fence', fence)
end
-- what erases the tenant must find the fence too
local time = redis.call('TIME')
redis.call('ZADD', KEYS[3], time[1] * 1000 + math.floor(time[2] / 1000) + tonumber(ARGV[3]), ARGV[4])
for i = 2, 3 do
  if redis.call('PTTL', KEYS[i]) < tonumber(ARGV[3]) then
    redis.call('PEXPIRE', KEYS[i], ARGV[3])
  end
end
local turns = redis.call('LRANGE', KEYS[1], 0, -1)
table.insert(turns, 1, fence)
table.insert(turns, 1, '')
return turns
