namespace Holdfast.LabAgents;

/// <summary>
/// Programs that run inside the lab's hosts and speak to the tests in lines of JSON; and `draw`, which stands a lab
/// up for people to look around in.
/// </summary>
internal static class Program
{
    private const string Usage = """
        usage: agent tcp-echo-server PORT
               agent tcp-echo-client ADDRESS PORT [INTERVAL-MS]
               agent tcp-sessions ADDRESS PORT COUNT
               agent udp-receive PORT [IDLE-SECONDS]
               agent udp-send ADDRESS PORT PACKETS-PER-SECOND BYTES COUNT
               agent file-receive PORT
               agent file-send ADDRESS PORT BYTES [BYTES-PER-SECOND]
               agent swarm HUB-ADDRESS HUB-PORT HUB-KEY SITES CALLS-PER-SECOND
               agent flood HUB-ADDRESS HUB-PORT HUB-KEY PER-SECOND SECONDS SOURCES
               agent draw DRAWING...
        """;

    private static async Task<int> Main(string[] arguments)
    {
        using var stop = new StopSignal();
        try
        {
            await (arguments switch
            {
                ["tcp-echo-server", var port] => EchoServer.Run(Number(port), stop.Token),
                ["tcp-echo-client", var address, var port]
                    => EchoClient.Run(address, Number(port), EchoClient.UsualInterval, stop.Token),
                ["tcp-echo-client", var address, var port, var interval]
                    => EchoClient.Run(address, Number(port), TimeSpan.FromMilliseconds(Number(interval)), stop.Token),
                ["tcp-sessions", var address, var port, var count]
                    => Sessions.Run(At(address, port), Number(count), stop.Token),
                ["udp-receive", var port] => UdpReceiver.Run(Number(port), UdpReceiver.UsualIdle, stop.Token),
                ["udp-receive", var port, var idle]
                    => UdpReceiver.Run(Number(port), TimeSpan.FromSeconds(Number(idle)), stop.Token),
                ["udp-send", var address, var port, var rate, var size, var count]
                    => UdpSender.Run(address, Number(port), Number(rate), Number(size), Number(count), stop.Token),
                ["file-receive", var port] => FileReceiver.Run(Number(port), stop.Token),
                ["file-send", var address, var port, var bytes]
                    => FileSender.Run(address, Number(port), Number(bytes), rate: null, stop.Token),
                ["file-send", var address, var port, var bytes, var rate]
                    => FileSender.Run(address, Number(port), Number(bytes), Number(rate), stop.Token),
                ["swarm", var address, var port, var key, var sites, var calls]
                    => Swarm.Run(At(address, port), key, Number(sites), Number(calls), stop.Token),
                ["spread", var sites, var rate, var size, var count]
                    => SpreadSender.Run(Number(sites), Number(rate), Number(size), Number(count), stop.Token),
                ["flood", var address, var port, var key, var rate, var seconds, var sources]
                    => Flood.Run(At(address, port), key, Number(rate), Number(seconds), Number(sources), stop.Token),
                ["draw", .. var drawing] when drawing.Length > 0 => Drawing.Stand(drawing, stop.Token),
                _ => throw new FormatException(Usage),
            });
            return 0;
        }
        catch (FormatException e)
        {
            Console.Error.WriteLine(e.Message);
            return 2;
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception e)
        {
            Console.Error.WriteLine(e);
            return 1;
        }
    }

    private static System.Net.IPEndPoint At(string address, string port)
        => new(System.Net.IPAddress.Parse(address), Number(port));

    private static int Number(string text) => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
