-- Raises a lane's fence, so that calls which are still on their way do nothing when they arrive, and tells what the
-- lane's last batch left.
--
-- KEYS  1 the lanes
-- ARGV  1 lane, 2 fence (38 digits), 3 most lanes
-- gives the lane's fence if this one is not above it, else an empty string, and then the ids; or L alone if there are
--       too many lanes
local known = redis.call('HGET', KEYS[1], 'f:' .. ARGV[1])
local held = known or string.rep('0', 38)
if ARGV[2] <= held then
  return {held, ''}
end
if not known and redis.call('HLEN', KEYS[1]) >= 2 * tonumber(ARGV[3]) then
  return {'', 'L'}
end
local ids = redis.call('HGET', KEYS[1], 'l:' .. ARGV[1]) or ''
redis.call('HSET', KEYS[1], 'f:' .. ARGV[1], ARGV[2], 'l:' .. ARGV[1], ids)
return {'', ids}
