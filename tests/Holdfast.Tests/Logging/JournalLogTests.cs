using System.Net.Sockets;
using Holdfast.Engine;
using Holdfast.Engine.Logging;
using Holdfast.Linux.Services;
using Holdfast.Tests.Service;
using Microsoft.Extensions.Logging;

namespace Holdfast.Tests.Logging;

public sealed class JournalLogTests
{
    [Fact]
    public void An_event_has_its_text_and_a_field_for_each_value()
    {
        using var journal = new DatagramListener();
        using var socket = new JournalSocket(journal.Path);
        using var errors = new StringWriter();
        var log = new JournalLog(socket, new LineLog(errors, LogLevel.Information, toJournal: true));

        Log.TunnelNotStarted(log, "hf1", "no such device", TimeSpan.FromSeconds(5));
        Assert.Equal(
            """
            MESSAGE=hf1 does not start (no such device), trying again in 00:00:05
            PRIORITY=3
            SYSLOG_IDENTIFIER=holdfast
            HOLDFAST_EVENT=TunnelNotStarted
            HOLDFAST_EVENT_ID=2109
            HOLDFAST_TUNNEL=hf1
            HOLDFAST_ERROR=no such device
            HOLDFAST_WAIT=00:00:05

            """, journal.NextText());
        Assert.Equal("", errors.ToString());
    }

    [Fact]
    public void A_tunnels_events_bear_its_name_whether_their_text_does_or_not()
    {
        using var journal = new DatagramListener();
        using var socket = new JournalSocket(journal.Path);
        using var errors = new StringWriter();
        var log = new TunnelLog(new JournalLog(socket, new LineLog(errors, LogLevel.Debug)), "hf0");

        Log.EndpointChanged(log, "hub", "192.0.2.1:51820", "key", null, "192.0.2.1:51820");
        var peer = journal.NextText().Split('\n');
        Assert.Equal("MESSAGE=hub is at 192.0.2.1:51820", peer[0]);
        Assert.Equal("PRIORITY=6", peer[1]);
        Assert.Contains("HOLDFAST_TUNNEL=hf0", peer);
        Assert.Contains("HOLDFAST_PEER=hub", peer);
        Assert.Contains("HOLDFAST_ENDPOINT=192.0.2.1:51820", peer);

        Log.TunnelUp(log, "hf0", 51820, 2);
        Assert.Single(journal.NextText().Split('\n'),
            line => line.StartsWith("HOLDFAST_TUNNEL=", StringComparison.Ordinal));
    }

    [Fact]
    public void What_the_journal_does_not_take_stands_on_standard_error_with_its_level()
    {
        using var socket = new JournalSocket("/nonexistent/journal");
        using var errors = new StringWriter();
        var lines = new LineLog(errors, LogLevel.Information, toJournal: true);
        var log = new TunnelLog(new JournalLog(socket, lines), "hf0");
        Log.NameNotResolved(log, "hub.example.org", "two\nlines");
        Assert.Equal(
            "<4>hub.example.org can't be looked up (two lines), trying the next endpoint, and this one again later\n",
            errors.ToString());
        Log.LookUpEnded(log, "hub.example.org"); // debug: left out
        Assert.Single(errors.ToString().TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public void Standard_error_is_the_journal_only_if_it_is_that_very_socket()
    {
        using var one = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var inode = new FileInfo(DescriptorOf(one)).LinkTarget!["socket:[".Length..^1];
        Assert.True(JournalStream.IsDescriptor($"8:{inode}", DescriptorOf(one)));
        Assert.False(JournalStream.IsDescriptor($"8:{inode}", DescriptorOf(other)));
        Assert.False(JournalStream.IsDescriptor($"8:{inode}", "/dev/null"));
        Assert.False(JournalStream.IsDescriptor($"8:{inode}", "/proc/self/fd/none"));
        Assert.False(JournalStream.IsDescriptor(inode, DescriptorOf(one)));
        Assert.False(JournalStream.IsDescriptor("8:", DescriptorOf(one)));

        static string DescriptorOf(Socket socket) => $"/proc/self/fd/{socket.Handle}";
    }
}
