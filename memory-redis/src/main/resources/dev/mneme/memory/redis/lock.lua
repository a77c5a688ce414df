-- Gives a name to one owner at a time for a lease, with a token that grows from holder to holder.
--
-- An owner that asks again while it holds the name is given its token again and a new lease: its first answer was lost.
-- Tokens are counted on from the server's clock in microseconds, so that they grow also after the last was forgotten or
-- lost, unless the clock was set back by more than the time since.
--
-- KEYS  1 lease, 2 last token
-- ARGV  1 owner (22 characters), 2 lease in ms, 3 how long the last token is kept after it, in ms
-- gives {token, 0}, or {0, ms left} if another holds it
local held = redis.call('GET', KEYS[1])
if held then
  if string.sub(held, 1, 22) ~= ARGV[1] then
    return {0, math.max(0, redis.call('PTTL', KEYS[1]))}
  end
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return {tonumber(string.sub(held, 23)), 0}
end
local time = redis.call('TIME')
local token = time[1] * 1000000 + time[2]
local last = tonumber(redis.call('GET', KEYS[2]) or '0')
if token <= last then
  token = last + 1
end
local text = string.format('%.0f', token)
redis.call('SET', KEYS[2], text, 'PX', string.format('%.0f', ARGV[2] + ARGV[3]))
redis.call('SET', KEYS[1], ARGV[1] .. text, 'PX', ARGV[2])
return {token, 0}
