using System.Collections;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Holdfast.Labs;

namespace Holdfast.LabAgents;

/// <summary>Receives what <see cref="UdpSender"/> sends, and reports what became of it.</summary>
internal sealed class UdpReceiver
{
    public static readonly TimeSpan UsualIdle = TimeSpan.FromSeconds(5);

    // After the end was told, stragglers get this long.
    private static readonly TimeSpan Straggling = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan ReportInterval = TimeSpan.FromMilliseconds(100);

    private const int MostNumbers = 50_000_000;
    private const int ReceiveBuffer = 8 * 1024 * 1024;
    private const int SolSocket = 1, ReceiveBufferForce = 33; // asm-generic/socket.h: the host's limit does not count

    // Milliseconds after which a receive that found nothing, against what it was told, goes back to waiting.
    private const int WokenInVain = 50;

    private readonly BitArray _seen = new(1024);
    private long _received, _duplicated, _reordered, _highest = -1, _total;
    private double _jitter;
    private TimeSpan? _lastAge;
    private TimeSpan _longestGap, _gapSinceReport, _leastAge = TimeSpan.MaxValue, _mostAge, _allAges;
    private long _lastArrival, _lastReport;

    public static async Task Run(int port, TimeSpan idle, CancellationToken stop)
    {
        using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
        socket.DualMode = true;
        socket.SetRawSocketOption(SolSocket, ReceiveBufferForce, BitConverter.GetBytes(ReceiveBuffer));
        socket.ReceiveTimeout = WokenInVain;
        socket.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
        Report.Ready(port);
        var receiver = new UdpReceiver();
        try
        {
            await receiver.Receive(socket, idle, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Told to stop: what came so far is the result.
        }
        receiver.Print();
    }

    private async Task Receive(Socket socket, TimeSpan idle, CancellationToken stop)
    {
        var buffer = new byte[65_536];
        var patience = Timeout.InfiniteTimeSpan;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            while (true)
            {
                // Synchronous as long as there is something: a wait per datagram would cost more than the datagram.
                if (socket.Available == 0)
                {
                    deadline.CancelAfter(patience);
                    await socket.ReceiveAsync(Memory<byte>.Empty, deadline.Token);
                }
                if (!TryReceive(socket, buffer, out var length) || length < UdpProbe.Size)
                    continue;
                var probe = UdpProbe.Read(buffer);
                _total = probe.Total;
                patience = probe.Number == UdpProbe.End ? Straggling : idle;
                if (probe.Number is >= 0 and < MostNumbers)
                    Count(probe);
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // No more comes.
        }
    }

    private static bool TryReceive(Socket socket, byte[] buffer, out int length)
    {
        try
        {
            length = socket.Receive(buffer);
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.TimedOut)
        {
            length = 0;
            return false;
        }
    }

    private void Count(UdpProbe probe)
    {
        var number = (int)probe.Number;
        if (number >= _seen.Length)
            _seen.Length = Math.Max(number + 1, _seen.Length * 2);
        if (_seen[number])
        {
            _duplicated++;
            return;
        }
        _seen[number] = true;
        _received++;
        if (number < _highest)
            _reordered++;
        _highest = Math.Max(_highest, number);
        Time(probe);
    }

    private void Time(UdpProbe probe)
    {
        var arrival = Stopwatch.GetTimestamp();
        if (_lastArrival != 0)
            CountGap(Stopwatch.GetElapsedTime(_lastArrival, arrival));
        _lastArrival = arrival;
        var age = probe.Age;
        // RFC 3550, 6.4.1
        if (_lastAge is { } last)
            _jitter += (Math.Abs((age - last).TotalMilliseconds) - _jitter) / 16;
        _lastAge = age;
        _leastAge = age < _leastAge ? age : _leastAge;
        _mostAge = age > _mostAge ? age : _mostAge;
        _allAges += age;
    }

    private void CountGap(TimeSpan gap)
    {
        _longestGap = gap > _longestGap ? gap : _longestGap;
        _gapSinceReport = gap > _gapSinceReport ? gap : _gapSinceReport;
        if (Stopwatch.GetElapsedTime(_lastReport) < ReportInterval)
            return;
        Report.Print(new UdpProgress(_received, _highest + 1 - _received, _gapSinceReport.TotalMilliseconds));
        (_lastReport, _gapSinceReport) = (Stopwatch.GetTimestamp(), TimeSpan.Zero);
    }

    private void Print() => Report.Print(new UdpReceived(_total, _received, _duplicated, _reordered,
        _longestGap.TotalMilliseconds, _jitter, _received == 0 ? 0 : _leastAge.TotalMilliseconds,
        _received == 0 ? 0 : (_allAges / _received).TotalMilliseconds, _mostAge.TotalMilliseconds));
}
