using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Holdfast.FullKernels;

/// <summary>
/// A serial port into the machine with a shell behind it that runs one script after the other. Both ways, lengths go
/// ahead of bytes, so any bytes may be said.
/// </summary>
internal sealed class SerialShell : IDisposable
{
    /// <summary>Bytes that a script may print on each stream; more is a failure.</summary>
    public const int MostOutput = 64 * 1024 * 1024;

    /// <summary>What a shell says once it is open.</summary>
    private const string Greeting = "open";

    // How much longer than the script itself its answer may take, on a busy machine.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    /// <summary>The machine's side, for busybox, whose own tools are no programs that have to be loaded: that takes long in a machine.
    /// Sizes are taken before the bytes are sent, for what a script left in the background may go on writing.</summary>
    public const string Script = $"""
        exec 3<>"$(echo /dev/vport*p"$1")"
        here=/run/guest/$1
        mkdir "$here"
        echo {Greeting} >&3
        while read -r seconds script input <&3; do
            dd bs="$script" count=1 iflag=fullblock <&3 >"$here/script" 2>/dev/null
            : >"$here/in"
            [ "$input" = 0 ] || dd bs="$input" count=1 iflag=fullblock <&3 >"$here/in" 2>/dev/null
            code=0
            /usr/bin/timeout -k 2 "$seconds" /bin/sh "$here/script" <"$here/in" >"$here/out" 2>"$here/err" 3<&- || code=$?
            out=$(stat -c %s "$here/out") err=$(stat -c %s "$here/err")
            echo "$code $out $err" >&3
            head -c "$out" "$here/out" >&3
            head -c "$err" "$here/err" >&3
        done
        """;

    private readonly Socket _listener;
    private Socket? _socket;

    private SerialShell(Socket listener) => _listener = listener;

    /// <summary>Makes the socket that the emulator connects the port to.</summary>
    /// <param name="path">Its place in the file system.</param>
    public static SerialShell Listen(string path)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            listener.Bind(new UnixDomainSocketEndPoint(path));
            listener.Listen(1);
            return new SerialShell(listener);
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    /// <summary>Waits until the machine has opened its side.</summary>
    /// <exception cref="LabException">It said something else, or ended.</exception>
    public async Task Open(CancellationToken cancel)
    {
        _socket = await _listener.AcceptAsync(cancel);
        if (await ReadLine(cancel) is var said and not Greeting)
            throw new LabException($"the machine opened a shell with \"{said}\"");
    }

    /// <summary>Runs a script to its end.</summary>
    /// <param name="command">What it is, for people.</param>
    /// <param name="script">Text for sh.</param>
    /// <param name="input">Standard input.</param>
    /// <param name="timeout">Longer, and it is killed; its exit code is 124 then, or 137.</param>
    /// <exception cref="LabException">The machine does not answer; the shell is of no use any more.</exception>
    public async Task<RunResult> Run(string command, string script, byte[] input, TimeSpan timeout)
    {
        using var deadline = new CancellationTokenSource(timeout + Grace);
        var watch = Stopwatch.StartNew();
        try
        {
            var text = Encoding.UTF8.GetBytes(script);
            var seconds = timeout.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
            var header = Encoding.ASCII.GetBytes(
                string.Create(CultureInfo.InvariantCulture, $"{seconds} {text.Length} {input.Length}\n"));
            // In one go: the emulator looks for more only once a second.
            byte[] message = [.. header, .. text, .. input];
            await Send(message, deadline.Token);
            var answer = (await ReadLine(deadline.Token)).Split(' ');
            var output = await Read(Number(answer[1]), deadline.Token);
            var errors = await Read(Number(answer[2]), deadline.Token);
            return new RunResult(command, Number(answer[0]), Text(output), Text(errors), watch.Elapsed, false);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or EndOfStreamException)
        {
            throw new LabException($"no answer within {watch.Elapsed.TotalSeconds:0.0} s from `{command}`", e);
        }
    }

    public void Dispose()
    {
        _socket?.Dispose();
        _listener.Dispose();
    }

    private async Task Send(ReadOnlyMemory<byte> borrowed, CancellationToken cancel)
    {
        while (borrowed.Length > 0)
            borrowed = borrowed[await _socket!.SendAsync(borrowed, cancel)..];
    }

    private async Task<string> ReadLine(CancellationToken cancel)
    {
        var line = new StringBuilder();
        while (line.Length == 0 || line[^1] != '\n')
            line.Append((char)(await Read(1, cancel))[0]);
        return line.ToString(0, line.Length - 1);
    }

    private async Task<byte[]> Read(int length, CancellationToken cancel)
    {
        if (length > MostOutput)
            throw new LabException($"{length} bytes of output are more than a shell carries");
        var bytes = new byte[length];
        for (var filled = 0; filled < length;)
        {
            var read = await _socket!.ReceiveAsync(bytes.AsMemory(filled), cancel);
            if (read == 0)
                throw new EndOfStreamException("the machine has ended");
            filled += read;
        }
        return bytes;
    }

    private static int Number(string word) => int.Parse(word, CultureInfo.InvariantCulture);

    private static string Text(byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        return text.EndsWith('\n') ? text[..^1] : text;
    }
}
