-- Notes that a tenant is erased now, for those on other nodes who hold something of theirs, and names the conversations
-- there are.
--
-- KEYS  1 conversations of the tenant, 2 the tenant's erasure
-- ARGV  1 random, 2 for how many ms it is noted
-- gives the conversations
local time = redis.call('TIME')
local now = string.format('%d', time[1] * 1000 + math.floor(time[2] / 1000))
redis.call('SET', KEYS[2], now .. ':' .. ARGV[1], 'PX', ARGV[2])
return redis.call('ZRANGE', KEYS[1], 0, -1)
