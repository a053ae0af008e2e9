from rso.cli import main

main()
