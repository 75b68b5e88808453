from perfkit.cli.main import main

if __name__ == "__main__":  # not in the processes that a pool of workers spawns
    main()
