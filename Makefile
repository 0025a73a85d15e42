# make          the executable: out/holdfast
# make check    quick: format, build, everything that needs no root
# make test     everything (root; installs what is missing)
# make demo     the main job, before your eyes (root)
# make bench    side by side with real peers in one run (root); ARGS=peers: a hub with ten thousand peers
# make soak     the long versions: more seeds, real rekeys (root)
# make fuzz     looks for inputs that a reader does not survive (ARGS=--help says how long, which, again)
# make docs     writes what is made from the code: man page, docs/cli.md, docs/config.md
# make install  puts the executable, the man page, the completions and the systemd units below PREFIX (/usr/local)

SHELL := /bin/bash
PREFIX ?= /usr/local
DOTNET := dotnet
export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT := 1
export PATH := $(PATH):/usr/sbin:/sbin

SOURCES := $(shell find src -name '*.cs' -o -name '*.csproj' | grep -v -e /obj/ -e /bin/) \
	Directory.Build.props Directory.Build.targets Directory.Packages.props

.PHONY: all setup setup-lab build check test demo bench soak fuzz docs install clean

all: setup out/holdfast

out/holdfast: $(SOURCES) packaging/holdfast-wg
	@mkdir -p out
	$(DOTNET) publish src/Holdfast -c Release -o out/publish -v quiet -clp:ErrorsOnly
	@install -m 755 out/publish/holdfast out/holdfast.new && mv out/holdfast.new out/holdfast
	@install -m 755 packaging/holdfast-wg out/holdfast-wg
	@touch out/holdfast

setup:
	@build/setup

setup-lab:
	@build/setup lab

build: setup
	$(DOTNET) build Holdfast.slnx -c Release -v quiet -clp:ErrorsOnly

check: build
	$(DOTNET) format Holdfast.slnx --verify-no-changes --no-restore
	@if [ "$$(id -u)" = 0 ]; then build/test Holdfast.Tests; else \
		tests/Holdfast.Tests/bin/Release/net10.0/Holdfast.Tests -noColor -namespace- 'Holdfast.Tests.Linux*'; fi

test: setup-lab out/holdfast build
	@build/test Holdfast.Tests 'Holdfast.LabTests -namespace- Holdfast.LabTests.Kernel' \
		--beside 'Holdfast.LabTests -namespace Holdfast.LabTests.Kernel'

demo: setup-lab out/holdfast
	@$(DOTNET) build tests/Holdfast.Demo -c Release -v quiet -clp:ErrorsOnly
	@tests/Holdfast.Demo/bin/Release/net10.0/Holdfast.Demo

bench: setup-lab out/holdfast
	@$(DOTNET) build bench/Holdfast.Compare -c Release -v quiet -clp:ErrorsOnly
	@bench/Holdfast.Compare/bin/Release/net10.0/Holdfast.Compare $(ARGS)

# Everything that takes longer than a test may, one after the other, about six hours: ten thousand seeds and three
# thousand sites at once; an hour of faults under load (HOLDFAST_SOAK_MINUTES); twice ten minutes of faults on two uplinks under
# twenty sessions (HOLDFAST_FIRST_SEED, HOLDFAST_SEEDS, HOLDFAST_FAULTS); kill -9 at three hundred instants, ten minutes; twice ten minutes with a real peer across its rekeys;
# the table of bonds, forty minutes (wants Debian's mptcpize, too).
soak: setup-lab out/holdfast build
	HOLDFAST_SEEDS=10000 tests/Holdfast.Tests/bin/Release/net10.0/Holdfast.Tests -noColor -showLiveOutput \
		-class Holdfast.Tests.Protocol.SimulationTests -class Holdfast.Tests.Protocol.Paths.PathFaultTests
	tests/Holdfast.Tests/bin/Release/net10.0/Holdfast.Tests -noColor -showLiveOutput -explicit only \
		-class Holdfast.Tests.Protocol.CrowdTests
	tests/Holdfast.LabTests/bin/Release/net10.0/Holdfast.LabTests -noColor -showLiveOutput -explicit only
	for off in tun-tcp tun-udp tun-checksum tun-write udp-send udp-receive ciphers all; do \
		HOLDFAST_NO_OFFLOAD=$$off tests/Holdfast.LabTests/bin/Release/net10.0/Holdfast.LabTests -noColor \
			-namespace Holdfast.LabTests.Scenarios -namespace Holdfast.LabTests.Hostile \
			-namespace Holdfast.LabTests.Failures || exit 1; \
		HOLDFAST_NO_OFFLOAD=$$off tests/Holdfast.LabTests/bin/Release/net10.0/Holdfast.LabTests -noColor \
			-class Holdfast.LabTests.Kernel.WireGuardTests || exit 1; \
	done

fuzz: setup
	@$(DOTNET) build tests/Holdfast.Fuzz -c Release -v quiet -clp:ErrorsOnly
	@tests/Holdfast.Fuzz/bin/Release/net10.0/Holdfast.Fuzz --corpus tests/Holdfast.Fuzz/Corpus $(ARGS)

docs: build
	src/Holdfast/bin/Release/net10.0/linux-x64/holdfast man holdfast.1 > packaging/man/holdfast.1
	src/Holdfast/bin/Release/net10.0/linux-x64/holdfast man cli.md > docs/cli.md
	src/Holdfast/bin/Release/net10.0/linux-x64/holdfast man config.md > docs/config.md

install: out/holdfast
	install -D -m 755 out/holdfast $(DESTDIR)$(PREFIX)/bin/holdfast
	install -D -m 755 out/holdfast-wg $(DESTDIR)$(PREFIX)/bin/holdfast-wg
	install -D -m 644 packaging/man/holdfast.1 $(DESTDIR)$(PREFIX)/share/man/man1/holdfast.1
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	for unit in holdfast.service holdfast@.service; do \
		sed 's,/usr/bin/,$(PREFIX)/bin/,' packaging/$$unit > $(DESTDIR)$(PREFIX)/lib/systemd/system/$$unit; done
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/share/zsh/site-functions \
		$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	out/holdfast completion bash > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/holdfast
	out/holdfast completion zsh > $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_holdfast
	out/holdfast completion fish > $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/holdfast.fish

clean:
	rm -rf out
	find . -name bin -o -name obj | grep -v node_modules | xargs rm -rf
