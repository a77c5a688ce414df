-- Grants the right to load and fill a key: to one asker at a time, who brings a token never used before.
-- A value that may be served is handed over instead, and of a lease that is held it is told how long it lasts.
--
-- A lease notes the time of its grant, from which the value's time to live will count, and the versions of the key's
-- scopes, so that a value loaded before a scope was invalidated is never taken for one loaded after. A version that is
-- missing is made anew out of the token: it can never be one that was there before.
-- What was granted or made in the future is void: the clock of another master stepped back at a failover.
--
-- KEYS  1 value, 2 lease, 3.. versions of the scopes, the root's first
-- ARGV  1 mode (M if missing, F if free, A always), 2 token, 3 lease in ms, 4 token of an unreadable value or ''
-- gives {'hit', now, frame} or {'held', now, ms left} or {'granted', now, ''}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local mode, token, for_ms = ARGV[1], ARGV[2], tonumber(ARGV[3])

local versions, missing = {}, false
for i = 3, #KEYS do
  versions[i - 2] = redis.call('GET', KEYS[i])
  missing = missing or not versions[i - 2]
end

if not missing then
  local chain = string.format('%02d', #versions) .. table.concat(versions)
  if mode == 'M' then
    local frame = redis.call('GET', KEYS[1])
    if frame and string.sub(frame, 1, 1) == '1'
        and string.sub(frame, 33, 54) ~= ARGV[4]
        and string.sub(frame, 55, 54 + #chain) == chain
        and tonumber(string.sub(frame, 3, 17)) > now
        and tonumber(string.sub(frame, 18, 32)) <= now then
      return {'hit', now, frame}
    end
  end
  if mode ~= 'A' then
    local held = redis.call('GET', KEYS[2])
    if held and string.sub(held, 38) == chain and tonumber(string.sub(held, 23, 37)) <= now then
      return {'held', now, tostring(redis.call('PTTL', KEYS[2]))}
    end
  end
end

for i = 3, #KEYS do
  if not versions[i - 2] then
    versions[i - 2] = string.sub(redis.sha1hex(token .. i), 1, 16)
    redis.call('SET', KEYS[i], versions[i - 2], 'PX', for_ms + 60000)
  elseif redis.call('PTTL', KEYS[i]) < for_ms + 30000 then
    redis.call('PEXPIRE', KEYS[i], for_ms + 60000)
  end
end
redis.call('SET', KEYS[2],
  token .. string.format('%015d%02d', now, #versions) .. table.concat(versions), 'PX', for_ms)
return {'granted', now, ''}
