import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.util.List;

/**
 * A server that speaks MongoDB's protocol and has change streams, which the one of ../server has not: mongo-java-server,
 * in memory. Usage: Main.java PORT. Says on standard output that it listens, and ends with its standard input.
 */
public class Main {
  /** The server's own wire version, 8, is below what the driver of today talks to. */
  private static final MongoVersion VERSION = new MongoVersion() {
    @Override
    public List<Integer> getVersionArray() {
      return List.of(5, 0, 0);
    }

    @Override
    public int getWireVersion() {
      return 13;
    }
  };

  public static void main(String[] arguments) throws Exception {
    MemoryBackend backend = new MemoryBackend();
    backend.version(VERSION);
    MongoServer server = new MongoServer(backend);
    server.enableOplog();
    server.bind("127.0.0.1", Integer.parseInt(arguments[0]));
    System.out.println("listens");
    while (System.in.read() >= 0) {
      continue;
    }
    server.shutdownNow();
    System.exit(0);
  }
}
