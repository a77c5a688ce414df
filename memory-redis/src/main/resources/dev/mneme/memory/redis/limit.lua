-- Counts a call under all its rules if each has room for it, else under none: exact for any number of nodes.
--
-- Each rule has the calls it allowed within its window, by the server's clock in microseconds; a call at t has left it at
-- t + window. Members are unique, so that two calls of one microsecond are two.
--
-- KEYS  the calls of each rule
-- ARGV  1 a member never used before, 2 the time in microseconds in place of the server's or '', 3.. limit and window in
--       microseconds of each rule
-- gives {1, calls left} or {0, microseconds until there is room}
local now = tonumber(ARGV[2])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
local left, wait = math.huge, 0
for i = 1, #KEYS do
  local limit, window = tonumber(ARGV[2 * i + 1]), tonumber(ARGV[2 * i + 2])
  redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', string.format('%.0f', now - window))
  local count = redis.call('ZCARD', KEYS[i])
  left = math.min(left, limit - count - 1)
  if count >= limit then
    -- with a limit that was made smaller, more calls than one must leave first
    local leaver = redis.call('ZRANGE', KEYS[i], count - limit, count - limit, 'WITHSCORES')
    wait = math.max(wait, leaver[2] + window - now)
  end
end
if wait > 0 then
  return {0, wait}
end
for i = 1, #KEYS do
  redis.call('ZADD', KEYS[i], string.format('%.0f', now), ARGV[1])
  redis.call('PEXPIRE', KEYS[i], string.format('%.0f', math.ceil(ARGV[2 * i + 2] / 1000) + 1000))
end
return {1, left}
