-- Stores a value if the lease under which it was loaded is still held, and ends the lease; else changes nothing.
-- Tells nobody: a fill changes no truth.
--
-- The times to live count from the grant of the lease, not from now: a slow load makes no value live longer. The
-- versions of the scopes are kept at least as long as the value, or it would be missed.
--
-- KEYS  1 value, 2 lease, 3.. versions of the scopes
-- ARGV  1 token, 2 'v' (a value) or 'a' (known to be absent), 3 payload, 4 time to live in ms, 5 kept stale for ms
-- gives 1 if it was stored, else 0
local held = redis.call('GET', KEYS[2])
if not held or string.sub(held, 1, 22) ~= ARGV[1] then
  return 0
end
redis.call('DEL', KEYS[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local grant = tonumber(string.sub(held, 23, 37))
local fresh_until = grant + tonumber(ARGV[4])
local kept_until = fresh_until + tonumber(ARGV[5])
if kept_until <= now then
  return 0
end
redis.call('SET', KEYS[1],
  '1' .. ARGV[2] .. string.format('%015d%015d', fresh_until, grant) .. ARGV[1] .. string.sub(held, 38) .. ARGV[3],
  'PXAT', string.format('%d', kept_until))
local keep = kept_until - now + 30000
for i = 3, #KEYS do
  if redis.call('PTTL', KEYS[i]) < keep then
    redis.call('PEXPIRE', KEYS[i], string.format('%d', keep + 30000))
  end
end
return 1
