-- The sessions of one registry: one step for each call, by the server's clock alone.
--
-- A session is live while it is in 'live' and its end in 'due' lies ahead. Whichever call meets it later ends it first, as
-- timed out or abandoned, and notes the end in 'untold' until a listener took it. So the number of live ones is exact,
-- whoever comes or does not come by. What is known of an ended one is kept for the time to live.
-- Versions and tokens count on from the clock in microseconds: they grow also from one session of a key to the next.
-- A call that is repeated because its answer was lost does no harm, but that a touch counts its turns again.
--
-- KEYS  1 born, 2 live (by name), 3 due (by end), 4 kept (ended, by name), 5 past (ended, by when they are forgotten),
--       6 untold (by end), 7 the session
-- ARGV  1 what is asked, 2 how the names of sessions begin, 3 a random name, 4 time to live and 5 inactivity in ms,
--       6 the session's name or '', 7.. arguments of what is asked
-- gives {outcome, epoch, number, row} for one session, else what stands at each
local born, live, due, kept, past, untold, hash = unpack(KEYS)
local ask, prefix, ttl, idle, name = ARGV[1], ARGV[2], tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local GRACE, MOST_UNTOLD = 86400000, 10000

local function text(number)
  return string.format('%.0f', number)
end

local function above(last)
  local next = time[1] * 1000000 + time[2]
  last = tonumber(last or '0')
  return text(next > last and next or last + 1)
end

-- state, version, opened, last active, turns, data, ended
local function row(of)
  return redis.call('HMGET', of, 's', 'v', 'o', 'l', 'n', 'm', 'e')
end

local function over(one, of, as, at)
  local r = row(of)
  if not r[1] then
    redis.call('ZREM', live, one)
    redis.call('ZREM', due, one)
    return
  end
  local version = above(r[2])
  redis.call('HSET', of, 's', as, 'v', version, 'e', text(at))
  redis.call('HDEL', of, 'w', 'u')
  redis.call('PEXPIRE', of, text(ttl + GRACE))
  redis.call('ZREM', live, one)
  redis.call('ZREM', due, one)
  redis.call('ZADD', kept, 0, one)
  redis.call('ZADD', past, text(now + ttl), one)
  if as ~= 'C' then
    redis.call('ZADD', untold, text(at),
      table.concat({one, as, version, r[3], text(at), r[5]}, ' '))
    redis.call('ZREMRANGEBYRANK', untold, 0, -MOST_UNTOLD - 1)
  end
end

local function run_out(one, of, at)
  over(one, of, redis.call('HGET', of, 's') == 'P' and 'B' or 'T', at)
end

local function forget(one, of)
  redis.call('DEL', of)
  for _, set in ipairs({live, due, kept, past}) do
    redis.call('ZREM', set, one)
  end
end

if ask == 'count' then
  return redis.call('ZCOUNT', due, '(' .. now, '+inf')
end

if ask == 'overdue' then
  local limit = tonumber(ARGV[7])
  local ended = redis.call('ZRANGEBYSCORE', due, '-inf', now, 'WITHSCORES', 'LIMIT', 0, limit)
  for i = 1, #ended, 2 do
    run_out(ended[i], prefix .. ended[i], tonumber(ended[i + 1]))
  end
  for _, one in ipairs(redis.call('ZRANGEBYSCORE', past, '-inf', now, 'LIMIT', 0, limit)) do
    forget(one, prefix .. one)
  end
  return redis.call('ZRANGE', untold, 0, limit - 1)
end

if ask == 'told' then
  return redis.call('ZREM', untold, unpack(ARGV, 7))
end

if ask == 'page' then
  local tenant, after, limit = ARGV[7], ARGV[8], tonumber(ARGV[9])
  local from = after ~= '' and '(' .. after or (tenant ~= '' and '[' .. tenant .. ':' or '-')
  local names = redis.call('ZRANGEBYLEX', live, from, tenant ~= '' and '(' .. tenant .. ';' or '+', 'LIMIT', 0, limit)
  local page = {#names == limit and names[limit] or ''}
  for _, one in ipairs(names) do
    local ends = redis.call('ZSCORE', due, one)
    if ends and tonumber(ends) > now then
      page[#page + 1] = {one, row(prefix .. one)}
    end
  end
  return page
end

if ask == 'erase' then
  local from, to = '[' .. ARGV[7] .. ':', '(' .. ARGV[7] .. ';'
  local erased = 0
  for _, set in ipairs({live, kept}) do
    for _, one in ipairs(redis.call('ZRANGEBYLEX', set, from, to)) do
      erased = erased + redis.call('DEL', prefix .. one)
      forget(one, prefix .. one)
    end
  end
  local begins = ARGV[7] .. ':'
  for _, ended in ipairs(redis.call('ZRANGE', untold, 0, -1)) do
    if string.sub(ended, 1, #begins) == begins then
      redis.call('ZREM', untold, ended)
    end
  end
  return erased
end

-- what is renewed and finished is nobody's sign of life
if ask == 'renew' or ask == 'finish' then
  local owner = redis.call('HMGET', hash, 'w', 'u')
  if owner[1] ~= ARGV[7] or (ask == 'renew' and tonumber(owner[2]) <= now) then
    return 0
  end
  if ask == 'renew' then
    redis.call('HSET', hash, 'u', text(now + ARGV[8]))
  else
    redis.call('HDEL', hash, 'w', 'u')
  end
  return 1
end

local epoch = redis.call('GET', born)
if not epoch then
  epoch = ARGV[3]
  redis.call('SET', born, epoch)
end

local ends = redis.call('ZSCORE', due, name)
if ends and tonumber(ends) <= now then
  run_out(name, hash, tonumber(ends))
  ends = false
end
local r = row(hash)
local is_live = ends and r[1]

local function answer(outcome, number)
  return {outcome, epoch, number or '0', row(hash)}
end

local function lasts(state)
  redis.call('ZADD', due, text(now + (state == 'P' and ttl or idle)), name)
  redis.call('PEXPIRE', hash, text(ttl + GRACE))
end

local function enter(opened, turns, data)
  redis.call('HSET', hash, 's', 'A', 'v', above(r[2]), 'o', text(opened), 'l', text(now), 'n', turns, 'm', data)
  redis.call('HDEL', hash, 'e', 'w', 'u')
  redis.call('ZADD', live, 0, name)
  redis.call('ZREM', kept, name)
  redis.call('ZREM', past, name)
  lasts('A')
end

local function touch(turns)
  local fields = {'l', text(now), 'n', text(redis.call('HGET', hash, 'n') + turns)}
  if redis.call('HGET', hash, 's') == 'P' then
    fields[#fields + 1] = 's'
    fields[#fields + 1] = 'A'
    fields[#fields + 1] = 'v'
    fields[#fields + 1] = above(r[2])
  end
  redis.call('HSET', hash, unpack(fields))
  lasts('A')
end

local function pause()
  redis.call('HSET', hash, 's', 'P', 'v', above(redis.call('HGET', hash, 'v')))
  lasts('P')
end

if ask == 'open' then
  if is_live then
    return answer('EXISTS')
  end
  if redis.call('ZCOUNT', due, '(' .. now, '+inf') >= tonumber(ARGV[7]) then
    return {'FULL', epoch, '0', {}}
  end
  enter(now, '0', ARGV[8])
  return answer('DONE')
end

if ask == 'restore' then
  -- epoch in which it was known, '' if it was opened by the node alone; age; turns before and since; state; data
  local known, age, before, since, state, data = unpack(ARGV, 7)
  if not is_live then
    if (r[1] and known ~= '') or known == epoch then
      return answer('GONE')
    end
    enter(now - age, before, data)
  end
  touch(tonumber(since))
  if state == 'P' then
    pause()
  elseif state ~= 'A' then
    over(name, hash, state, now)
  end
  return answer('DONE')
end

if not is_live then
  return answer('GONE')
end

if ask == 'touch' then
  touch(tonumber(ARGV[7]))
elseif ask == 'pause' then
  pause()
elseif ask == 'end' then
  over(name, hash, 'C', now)
elseif ask == 'update' then
  local version, data, fence = ARGV[7], ARGV[8], tonumber(ARGV[9])
  if fence > 0 and fence < tonumber(redis.call('HGET', hash, 'f') or '0') then
    return answer('FENCED')
  end
  if r[2] ~= version then
    return answer('CONFLICT')
  end
  redis.call('HSET', hash, 'm', data, 'v', above(r[2]))
elseif ask == 'begin' then
  local owner, lease = ARGV[7], tonumber(ARGV[8])
  local present = redis.call('HMGET', hash, 'w', 'u', 'f')
  local taken = present[1] and tonumber(present[2]) > now
  if taken and present[1] ~= owner then
    return answer('HELD', text(present[2] - now))
  end
  local token = present[3]
  if not taken then
    token = above(present[3])
    touch(1)
  end
  redis.call('HSET', hash, 'w', owner, 'u', text(now + lease), 'f', token)
  return answer('DONE', token)
end
return answer('DONE')
