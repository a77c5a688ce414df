-- Deletes a conversation: its turns, its ids and its fence, so that nothing that was loaded before is written back after.
-- One that was to be cleared some time ago keeps the turns that were appended since.
--
-- KEYS  1 turns, 2 ids, 3 state, 4 conversations of the tenant, 5 the tenant's erasure
-- ARGV  1 ms since it was to be cleared, 2 name of this clearing, 3 time to live in ms, 4 this conversation among the
--       tenant's, 5 '1' if it is for all
-- gives {turns deleted, name of the last clearing for all before, name of the tenant's last erasure}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local at = now - tonumber(ARGV[1])

local held = redis.call('LRANGE', KEYS[1], 0, -1)
local first = #held + 1
for i, frame in ipairs(held) do
  if tonumber(string.sub(frame, 1, 15)) > at then
    first = i
    break
  end
end
local state = redis.call('HMGET', KEYS[3], 'cleared', 'wiped')
redis.call('HDEL', KEYS[3], 'fence', 'whole')
if first > #held then
  redis.call('DEL', KEYS[1], KEYS[2])
  redis.call('HDEL', KEYS[3], 'length')
  redis.call('ZREM', KEYS[4], ARGV[4])
else
  redis.call('LTRIM', KEYS[1], first - 1, -1)
  redis.call('HSET', KEYS[3], 'length', #held - first + 1)
  for i = 1, first - 1 do
    redis.call('ZREM', KEYS[2], string.sub(held[i], 20, 19 + tonumber(string.sub(held[i], 16, 19))))
  end
end
if at >= tonumber(state[2] or '0') then
  redis.call('HSET', KEYS[3], 'wiped', string.format('%d', at), 'wiper', ARGV[2])
end
if ARGV[5] == '1' then
  redis.call('HSET', KEYS[3], 'cleared', ARGV[2])
end
redis.call('PEXPIRE', KEYS[3], ARGV[3])
local erasure = redis.call('GET', KEYS[5])
return {tostring(first - 1), state[1] or '', erasure or ''}
