-- A database of version 1, as the first Waypost made it.
CREATE TABLE coverage (
	component TEXT NOT NULL, 
	"check" TEXT NOT NULL, 
	start BIGINT NOT NULL, 
	"end" BIGINT NOT NULL, 
	PRIMARY KEY (component, "check", start)
);
INSERT INTO "coverage" VALUES('downloads','http-1',1795217400009,1795218000160);
INSERT INTO "coverage" VALUES('downloads','http-1',1795218360009,1795219980391);
INSERT INTO "coverage" VALUES('downloads','http-2',1795217400009,1795217880146);
INSERT INTO "coverage" VALUES('uploads','http-1',1795217400007,1795217460095);
INSERT INTO "coverage" VALUES('gallery','api',1795217400007,1795218720242);
CREATE TABLE meta (
	"key" TEXT NOT NULL, 
	value TEXT, 
	PRIMARY KEY ("key")
);
INSERT INTO "meta" VALUES('schema','1');
CREATE TABLE observation (
	at BIGINT NOT NULL, 
	component TEXT NOT NULL, 
	"check" TEXT NOT NULL, 
	status TEXT NOT NULL, 
	latency BIGINT NOT NULL, 
	reason TEXT NOT NULL, 
	PRIMARY KEY (at, component, "check")
);
INSERT INTO "observation" VALUES(1795217400009,'downloads','http-1','operational',80,'');
INSERT INTO "observation" VALUES(1795217460009,'downloads','http-1','operational',87,'');
INSERT INTO "observation" VALUES(1795217520009,'downloads','http-1','operational',94,'');
INSERT INTO "observation" VALUES(1795217580009,'downloads','http-1','major_outage',101,'HTTP status 503');
INSERT INTO "observation" VALUES(1795217640009,'downloads','http-1','major_outage',108,'HTTP status 503');
INSERT INTO "observation" VALUES(1795217700009,'downloads','http-1','major_outage',115,'HTTP status 503');
INSERT INTO "observation" VALUES(1795217760009,'downloads','http-1','major_outage',122,'HTTP status 503');
INSERT INTO "observation" VALUES(1795217820009,'downloads','http-1','operational',129,'');
INSERT INTO "observation" VALUES(1795217880009,'downloads','http-1','operational',136,'');
INSERT INTO "observation" VALUES(1795217940009,'downloads','http-1','operational',143,'');
INSERT INTO "observation" VALUES(1795218000009,'downloads','http-1','operational',150,'');
INSERT INTO "observation" VALUES(1795218360009,'downloads','http-1','operational',192,'');
INSERT INTO "observation" VALUES(1795218420009,'downloads','http-1','operational',199,'');
INSERT INTO "observation" VALUES(1795218480009,'downloads','http-1','degraded_performance',206,'Took 950 ms');
INSERT INTO "observation" VALUES(1795218540009,'downloads','http-1','degraded_performance',213,'Took 950 ms');
INSERT INTO "observation" VALUES(1795218600009,'downloads','http-1','degraded_performance',220,'Took 950 ms');
INSERT INTO "observation" VALUES(1795218660009,'downloads','http-1','operational',227,'');
INSERT INTO "observation" VALUES(1795218720009,'downloads','http-1','operational',234,'');
INSERT INTO "observation" VALUES(1795218780009,'downloads','http-1','major_outage',241,'HTTP status 503');
INSERT INTO "observation" VALUES(1795218840009,'downloads','http-1','major_outage',248,'HTTP status 503');
INSERT INTO "observation" VALUES(1795218900009,'downloads','http-1','operational',255,'');
INSERT INTO "observation" VALUES(1795218960009,'downloads','http-1','operational',262,'');
INSERT INTO "observation" VALUES(1795219020009,'downloads','http-1','operational',269,'');
INSERT INTO "observation" VALUES(1795219080009,'downloads','http-1','operational',276,'');
INSERT INTO "observation" VALUES(1795219140009,'downloads','http-1','operational',283,'');
INSERT INTO "observation" VALUES(1795219200009,'downloads','http-1','operational',290,'');
INSERT INTO "observation" VALUES(1795219260009,'downloads','http-1','operational',297,'');
INSERT INTO "observation" VALUES(1795219320009,'downloads','http-1','operational',304,'');
INSERT INTO "observation" VALUES(1795219380009,'downloads','http-1','operational',311,'');
INSERT INTO "observation" VALUES(1795219440009,'downloads','http-1','operational',318,'');
INSERT INTO "observation" VALUES(1795219500009,'downloads','http-1','operational',325,'');
INSERT INTO "observation" VALUES(1795219560009,'downloads','http-1','operational',332,'');
INSERT INTO "observation" VALUES(1795219620009,'downloads','http-1','operational',339,'');
INSERT INTO "observation" VALUES(1795219680009,'downloads','http-1','operational',346,'');
INSERT INTO "observation" VALUES(1795219740009,'downloads','http-1','operational',353,'');
INSERT INTO "observation" VALUES(1795219800009,'downloads','http-1','operational',360,'');
INSERT INTO "observation" VALUES(1795219860009,'downloads','http-1','operational',367,'');
INSERT INTO "observation" VALUES(1795219920009,'downloads','http-1','operational',374,'');
INSERT INTO "observation" VALUES(1795219980009,'downloads','http-1','operational',381,'');
INSERT INTO "observation" VALUES(1795217400009,'downloads','http-2','degraded_performance',80,'Took 950 ms');
INSERT INTO "observation" VALUES(1795217460009,'downloads','http-2','degraded_performance',87,'Took 950 ms');
INSERT INTO "observation" VALUES(1795217520009,'downloads','http-2','degraded_performance',94,'Took 950 ms');
INSERT INTO "observation" VALUES(1795217580009,'downloads','http-2','degraded_performance',101,'Took 950 ms');
INSERT INTO "observation" VALUES(1795217640009,'downloads','http-2','operational',108,'');
INSERT INTO "observation" VALUES(1795217700009,'downloads','http-2','degraded_performance',115,'Took 950 ms');
INSERT INTO "observation" VALUES(1795217760009,'downloads','http-2','degraded_performance',122,'Took 950 ms');
INSERT INTO "observation" VALUES(1795217820009,'downloads','http-2','major_outage',129,'HTTP status 503');
INSERT INTO "observation" VALUES(1795217880009,'downloads','http-2','major_outage',136,'HTTP status 503');
INSERT INTO "observation" VALUES(1795217400007,'uploads','http-1','major_outage',80,'HTTP status 503');
INSERT INTO "observation" VALUES(1795217460007,'uploads','http-1','major_outage',87,'HTTP status 503');
INSERT INTO "observation" VALUES(1795217400007,'gallery','api','operational',80,'');
INSERT INTO "observation" VALUES(1795217460007,'gallery','api','major_outage',87,'HTTP status 503');
INSERT INTO "observation" VALUES(1795217520007,'gallery','api','major_outage',94,'HTTP status 503');
INSERT INTO "observation" VALUES(1795217580007,'gallery','api','partial_outage',101,'Half of it');
INSERT INTO "observation" VALUES(1795217640007,'gallery','api','partial_outage',108,'Half of it');
INSERT INTO "observation" VALUES(1795217700007,'gallery','api','operational',115,'');
INSERT INTO "observation" VALUES(1795217760007,'gallery','api','degraded_performance',122,'Took 950 ms');
INSERT INTO "observation" VALUES(1795217820007,'gallery','api','degraded_performance',129,'Took 950 ms');
INSERT INTO "observation" VALUES(1795217880007,'gallery','api','operational',136,'');
INSERT INTO "observation" VALUES(1795217940007,'gallery','api','operational',143,'');
INSERT INTO "observation" VALUES(1795218000007,'gallery','api','major_outage',150,'HTTP status 503');
INSERT INTO "observation" VALUES(1795218060007,'gallery','api','major_outage',157,'HTTP status 503');
INSERT INTO "observation" VALUES(1795218120007,'gallery','api','major_outage',164,'HTTP status 503');
INSERT INTO "observation" VALUES(1795218180007,'gallery','api','operational',171,'');
INSERT INTO "observation" VALUES(1795218240007,'gallery','api','operational',178,'');
INSERT INTO "observation" VALUES(1795218300007,'gallery','api','major_outage',185,'HTTP status 503');
INSERT INTO "observation" VALUES(1795218360007,'gallery','api','major_outage',192,'HTTP status 503');
INSERT INTO "observation" VALUES(1795218420007,'gallery','api','major_outage',199,'HTTP status 503');
INSERT INTO "observation" VALUES(1795218480007,'gallery','api','operational',206,'');
INSERT INTO "observation" VALUES(1795218540007,'gallery','api','operational',213,'');
INSERT INTO "observation" VALUES(1795218600007,'gallery','api','major_outage',220,'HTTP status 503');
INSERT INTO "observation" VALUES(1795218660007,'gallery','api','major_outage',227,'HTTP status 503');
INSERT INTO "observation" VALUES(1795218720007,'gallery','api','major_outage',234,'HTTP status 503');
CREATE TABLE state_change (
	component TEXT NOT NULL, 
	"check" TEXT NOT NULL, 
	confirmed_at BIGINT NOT NULL, 
	at BIGINT NOT NULL, 
	status TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	PRIMARY KEY (component, "check", confirmed_at)
);
INSERT INTO "state_change" VALUES('downloads','http-1',1795217400089,1795217400009,'operational','');
INSERT INTO "state_change" VALUES('downloads','http-1',1795217700124,1795217580009,'major_outage','HTTP status 503');
INSERT INTO "state_change" VALUES('downloads','http-1',1795217880145,1795217820009,'operational','');
INSERT INTO "state_change" VALUES('downloads','http-1',1795218600229,1795218480009,'degraded_performance','Took 950 ms');
INSERT INTO "state_change" VALUES('downloads','http-1',1795218720243,1795218660009,'operational','');
INSERT INTO "state_change" VALUES('downloads','http-2',1795217520103,1795217400009,'degraded_performance','Took 950 ms');
INSERT INTO "state_change" VALUES('gallery','api',1795217400087,1795217400007,'operational','');
INSERT INTO "state_change" VALUES('gallery','api',1795217580108,1795217460007,'partial_outage','Half of it');
INSERT INTO "state_change" VALUES('gallery','api',1795217760129,1795217700007,'degraded_performance','Took 950 ms');
INSERT INTO "state_change" VALUES('gallery','api',1795217940150,1795217880007,'operational','');
INSERT INTO "state_change" VALUES('gallery','api',1795218120171,1795218000007,'major_outage','HTTP status 503');
INSERT INTO "state_change" VALUES('gallery','api',1795218240185,1795218180007,'operational','');
INSERT INTO "state_change" VALUES('gallery','api',1795218420206,1795218300007,'major_outage','HTTP status 503');
INSERT INTO "state_change" VALUES('gallery','api',1795218540220,1795218480007,'operational','');
INSERT INTO "state_change" VALUES('gallery','api',1795218720241,1795218600007,'major_outage','HTTP status 503');
CREATE INDEX observation_by_check ON observation (component, "check", at);
